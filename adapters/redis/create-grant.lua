-- KEYS: grant. ARGV: birth, code key, code life.
if redis.call('EXISTS', KEYS[1]) == 1 then return redis.error_reply('TAKEN a grant has this key already') end
local expires_at = integer(now() + ARGV[3])
redis.call('HSET', KEYS[1], 'g', ARGV[1], 'c', ARGV[2] .. ' ' .. expires_at)
redis.call('PEXPIREAT', KEYS[1], expires_at)
