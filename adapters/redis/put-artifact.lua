-- KEYS: artifact, events, run. ARGV: payload, life, alias or '', account or '', 1 when it must be there already and 2 when it
-- must not, the payload that must be there then, or '', 1 when it is good for one use; event id or '', event. Returns 1, 0
-- where it is not there, 2 where it is another, or there.
-- p payload, n alias, o account, c consumed at, r the run that it is good in.
local replacing = ARGV[5] == '1'
if replacing then
  local former = redis.call('HGET', KEYS[1], 'p')
  if not former then return 0 end
  if ARGV[6] ~= '' and ARGV[6] ~= former then return 2 end
end
if ARGV[5] == '2' and redis.call('EXISTS', KEYS[1]) == 1 then return 2 end

local function set(field, value)
  if value ~= '' then redis.call('HSET', KEYS[1], field, value) else redis.call('HDEL', KEYS[1], field) end
end
set('p', ARGV[1])
set('o', ARGV[4])
local time = now()
if not replacing then
  set('n', ARGV[3])
  set('r', ARGV[7] == '1' and integer(present_run(KEYS[3], time)) or '')
end
redis.call('PEXPIREAT', KEYS[1], integer(time + ARGV[2]))
if ARGV[8] ~= '' then keep_event(KEYS[2], ARGV[8], ARGV[9]) end
return 1
