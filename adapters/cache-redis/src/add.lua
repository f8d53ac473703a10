-- Adds ARGV[1] to the counter KEYS[1]; one that is made by it lives for ARGV[2] milliseconds.
redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) == -1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
-- As it is written: a number of Lua has fewer bits.
return redis.call('GET', KEYS[1])
