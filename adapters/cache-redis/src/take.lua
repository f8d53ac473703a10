-- Takes ARGV[3] tokens from the bucket KEYS[1] of capacity ARGV[1] that fills in ARGV[2] milliseconds.
-- What is missing is counted in parts: a token has as many as the window has milliseconds, so that every
-- millisecond gives back exactly `capacity` parts. All numbers stay below 2^53, where they are exact.
local capacity, window, tokens = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local full = capacity * window
local missing, at = 0, now

local held = redis.call('GET', KEYS[1])
if held then
  local had = {}
  for number in string.gmatch(held, '%d+') do had[#had + 1] = tonumber(number) end
  missing, at = had[1], had[2]
  if had[3] ~= capacity or had[4] ~= window then
    missing = math.min(full, math.floor(missing / had[4] * window))
  end
  -- After a clock that went back, nothing comes before it has caught up.
  local passed = math.max(0, now - at)
  missing = passed >= window and 0 or math.max(0, missing - passed * capacity)
  at = math.max(at, now)
end

-- Until so many parts have come back.
local function wait(parts)
  if parts <= 0 then return 0 end
  local rest = parts % capacity
  return at - now + (parts - rest) / capacity + (rest > 0 and 1 or 0)
end

local wanted = missing + tokens * window
local allowed = wanted <= full
if allowed then missing = wanted end
if allowed and missing > 0 then
  local level = string.format('%.0f %.0f %.0f %.0f', missing, at, capacity, window)
  redis.call('SET', KEYS[1], level, 'PX', string.format('%.0f', wait(missing)))
end
local left = full - missing
return { allowed and 1 or 0, (left - left % window) / window, wait(wanted - full), wait(missing) }
