-- KEYS: grant, run. ARGV: birth, code key, code life.
if redis.call('EXISTS', KEYS[1]) == 1 then return redis.error_reply('TAKEN a grant has this key already') end
local time = now()
local expires_at = integer(time + ARGV[3])
local run = integer(present_run(KEYS[2], time))
redis.call('HSET', KEYS[1], 'g', ARGV[1], 'c', ARGV[2] .. ' ' .. expires_at .. ' ' .. run)
redis.call('PEXPIREAT', KEYS[1], expires_at)
