-- KEYS: grant, token or none. ARGV: code key, not after, grant life,
--   family payload or '', its current token's life, its own life, token payload, token life.
local time = now()
if time > tonumber(ARGV[2]) then return 'unheard' end

local code = redis.call('HGET', KEYS[1], 'c')
if not code then return 'gone' end
local key, expires_at, redeemed_at = string.match(code, '^(%S+) (%d+) ?(%d*)$')
if key ~= ARGV[1] then return 'gone' end
if redeemed_at ~= '' then return 'consumed' end

redis.call('HSET', KEYS[1], 'c', key .. ' ' .. expires_at .. ' ' .. integer(time))
if ARGV[4] ~= '' then
  local state = '0 ' .. integer(time + ARGV[5]) .. ' ' .. integer(time + ARGV[6]) .. ' '
  redis.call('HSET', KEYS[1], 'f', ARGV[4], 'n', state)
end
redis.call('PEXPIREAT', KEYS[1], integer(time + ARGV[3]))
if KEYS[2] then set_until(KEYS[2], ARGV[7], time + ARGV[8]) end
return 'redeemed'
