-- KEYS: grant, events, endings. ARGV: event id, event, not after or ''. Gives what names the owner, nil when nothing was
-- ended, '' when it was too late.
-- The grant's tokens are unreadable without it and expire on their own.
if ARGV[3] ~= '' and now() > tonumber(ARGV[3]) then return '' end
local _, _, _, birth = lines_of(KEYS[1])
if not birth then return nil end
redis.call('DEL', KEYS[1])
keep_event(KEYS[2], ARGV[1], ARGV[2])
keep_ending(KEYS[3], ARGV[1], ARGV[2], 'Grant', birth)
return birth
