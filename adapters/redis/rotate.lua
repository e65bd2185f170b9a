-- KEYS: grant, events, dropped events, run, token or none. ARGV: event id, event, bound, expected number, the next one,
--   run in which that was decided, not after, life of the next current token, what to note of the use of the number
--   before it, uses to keep, noticed event id or empty, noticed event, token payload, token life.
local time = now()
if time > tonumber(ARGV[7]) then return { 'unheard' } end

local family = living_family(KEYS[1], time)
if not family then return { 'gone' } end
local run = integer(present_run(KEYS[4], time))
if family.number ~= ARGV[4] or run ~= ARGV[6] or family.current_expires_at <= time then
  return { 'changed', read_grant(KEYS[1], time, tonumber(run)) }
end

local uses, current_expires_at = ARGV[10], family.current_expires_at
if ARGV[5] ~= ARGV[4] then
  local use = integer(ARGV[5] - 1) .. ':' .. integer(time) .. ARGV[9]
  uses = uses == '' and use or use .. ',' .. uses
  current_expires_at = math.min(time + ARGV[8], family.ends_at)
end
local made_in = string.match(family.rest, '^\n%S+ %d+ (%d+)')
local written_in = run == made_in and '=' or run
local state = state_of(ARGV[5], current_expires_at, family.ends_at, written_in, uses)
redis.call('SET', KEYS[1], state .. family.rest, 'KEEPTTL')
if KEYS[5] then set_until(KEYS[5], ARGV[13], time + ARGV[14]) end
keep_event_below(ARGV[3], KEYS[2], KEYS[3], ARGV[1], ARGV[2])
if ARGV[11] ~= '' then keep_event(KEYS[2], ARGV[11], ARGV[12]) end
return { 'rotated' }
