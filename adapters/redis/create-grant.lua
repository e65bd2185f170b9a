-- KEYS: grant, run. ARGV: birth, code key, code life.
if redis.call('EXISTS', KEYS[1]) == 1 then return redis.error_reply('TAKEN a grant has this key already') end
local time = now()
local expires_at = time + ARGV[3]
local run = present_run(KEYS[2], time)
local code = table.concat({ ARGV[2], integer(expires_at), integer(run) }, ' ')
set_until(KEYS[1], table.concat({ '', code, '', ARGV[1] }, '\n'), expires_at)
