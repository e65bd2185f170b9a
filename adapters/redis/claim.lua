-- KEYS: claim, run. ARGV: life, made at. Says whether it was the first, and in which run.
local time = now()
local run = present_run(KEYS[2], time)
if tonumber(ARGV[2]) < run then return { 'forgotten', run } end
local first = redis.call('SET', KEYS[1], '', 'PX', ARGV[1], 'NX')
return { first and 'first' or 'again', run }
