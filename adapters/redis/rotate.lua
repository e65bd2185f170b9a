-- KEYS: grant, events, dropped events, token or none. ARGV: event id, event, bound, expected number, not after,
--   life of the new current token, uses to keep, token payload, token life.
local time = now()
if time > tonumber(ARGV[5]) then return { 'unheard' } end

local family = living_family(KEYS[1], time)
if not family then return { 'gone' } end
if family.number ~= ARGV[4] or family.current_expires_at <= time then
  return { 'changed', read_grant(KEYS[1], time) }
end

local uses = family.number .. ':' .. integer(time)
if ARGV[7] ~= '' then uses = uses .. ',' .. ARGV[7] end
local current_expires_at = math.min(time + ARGV[6], family.ends_at)
redis.call('HSET', KEYS[1], 'n', table.concat({
  integer(family.number + 1), integer(current_expires_at), integer(family.ends_at), uses,
}, ' '))
if KEYS[4] then set_until(KEYS[4], ARGV[8], time + ARGV[9]) end
keep_event_below(ARGV[3], KEYS[2], KEYS[3], ARGV[1], ARGV[2])
return { 'rotated' }
