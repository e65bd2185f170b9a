-- KEYS: artifact, events. ARGV: payload, life, alias or '', account or '', 1 when it must be there already, and the
-- payload that must be there then, or ''; event id or '', event. Returns 1, 0 where it is not there, 2 where it is another.
-- p payload, n alias, o account, c consumed at.
local replacing = ARGV[5] == '1'
if replacing then
  local former = redis.call('HGET', KEYS[1], 'p')
  if not former then return 0 end
  if ARGV[6] ~= '' and ARGV[6] ~= former then return 2 end
end

local function set(field, value)
  if value ~= '' then redis.call('HSET', KEYS[1], field, value) else redis.call('HDEL', KEYS[1], field) end
end
set('p', ARGV[1])
set('o', ARGV[4])
if not replacing then set('n', ARGV[3]) end
redis.call('PEXPIREAT', KEYS[1], integer(now() + ARGV[2]))
if ARGV[7] ~= '' then keep_event(KEYS[2], ARGV[7], ARGV[8]) end
return 1
