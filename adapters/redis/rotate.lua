-- KEYS: grant, token or none. ARGV: expected number, not after, life of the new current token, uses to keep,
--   token payload, token life.
local time = now()
if time > tonumber(ARGV[2]) then return { 'unheard' } end

local family = living_family(KEYS[1], time)
if not family then return { 'gone' } end
if family.number ~= ARGV[1] or family.current_expires_at <= time then
  return { 'changed', read_grant(KEYS[1], time) }
end

local uses = family.number .. ':' .. integer(time)
if ARGV[4] ~= '' then uses = uses .. ',' .. ARGV[4] end
local current_expires_at = math.min(time + ARGV[3], family.ends_at)
redis.call('HSET', KEYS[1], 'n', table.concat({
  integer(family.number + 1), integer(current_expires_at), integer(family.ends_at), uses,
}, ' '))
if KEYS[2] then set_until(KEYS[2], ARGV[5], time + ARGV[6]) end
return { 'rotated' }
