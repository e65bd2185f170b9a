-- KEYS: grant, events, run, token or none. ARGV: event id, event, code key, not after, grant life,
--   family payload or '', its current token's life, its own life, token payload, token life.
local time = now()
if time > tonumber(ARGV[4]) then return 'unheard' end

local state, code, family, birth = lines_of(KEYS[1])
if not code then return 'gone' end
local key, expires_at, made_in, redeemed = string.match(code, '^(%S+) (%d+) (%d+) ?(%-?%d*)$')
if key ~= ARGV[3] then return 'gone' end
if redeemed ~= '' then return 'consumed' end
local run = integer(present_run(KEYS[3], time))
if made_in ~= run then return 'gone' end

code = table.concat({ key, expires_at, run, integer(expires_at - time) }, ' ')
if ARGV[6] ~= '' then
  family = ARGV[6]
  state = state_of('0', time + ARGV[7], time + ARGV[8], '=', '')
end
set_until(KEYS[1], table.concat({ state, code, family, birth }, '\n'), time + ARGV[5])
if KEYS[4] then set_until(KEYS[4], ARGV[9], time + ARGV[10]) end
keep_event(KEYS[2], ARGV[1], ARGV[2])
return 'redeemed'
