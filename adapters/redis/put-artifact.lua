-- KEYS: artifact. ARGV: payload, life, alias or '', account or '', 1 when it must be there already.
-- p payload, n alias, o account, c consumed at.
local replacing = ARGV[5] == '1'
if replacing and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end

local function set(field, value)
  if value ~= '' then redis.call('HSET', KEYS[1], field, value) else redis.call('HDEL', KEYS[1], field) end
end
set('p', ARGV[1])
set('o', ARGV[4])
if not replacing then set('n', ARGV[3]) end
redis.call('PEXPIREAT', KEYS[1], integer(now() + ARGV[2]))
return 1
