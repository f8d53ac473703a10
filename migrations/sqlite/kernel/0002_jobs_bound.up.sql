-- Which role sees which jobs is PostgreSQL's: there are no roles here.
SELECT 1;
