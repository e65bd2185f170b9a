-- Stands before every script. Arguments that hold JSON pass through untouched: cjson would make {} of [].
--
-- A grant is one string of four lines, which costs Redis far less than a hash (docs/decisions/0014):
--   the family's state: "<number> <current expires at> <ends later by> <run> <uses>"; empty where there is none
--   the code: "<key> <expires at> <run>", and once it was redeemed " <by how much earlier>"
--   the family's payload: JSON, written at redemption; empty where there is none
--   owner, content and code payload: JSON, written at birth
-- JSON stands here as phrases.ts has shortened it.
-- A run stands beside what was written in it; the state's is "=" where it is the code's.

-- Events wait in a stream until they are taken to PostgreSQL; each entry has an id and a text. The same event may come
-- once for each of many grants that end together: one entry after the other is enough.

-- The store's clock, epoch ms; it stands still while a script runs.
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function integer(number)
  return string.format('%.0f', number)
end

-- Since when nothing of this database was forgotten, epoch ms: see docs/decisions/0012. The replication id is another
-- after each start and each promotion; the key goes with everything else when the database is emptied.
local function present_run(key, time)
  local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  local known = redis.call('GET', key)
  local known_history, began_at = string.match(known or '', '^(%x+) (%d+)$')
  if known and known_history == history then return tonumber(began_at) end
  local run = math.max(time, (tonumber(began_at) or 0) + 1)
  redis.call('SET', key, history .. ' ' .. integer(run))
  return run
end

-- A time that has passed already removes the key at once, which SET's own options do a millisecond late.
local function set_until(key, value, expires_at)
  redis.call('SET', key, value)
  redis.call('PEXPIREAT', key, integer(expires_at))
end

-- Whole, for the caller to take apart; nil when there is none.
local function read_grant(key, time, run)
  local grant = redis.call('GET', key)
  if not grant then return nil end
  return { time, run, redis.call('PEXPIRETIME', key), grant }
end

-- State, code, family's payload, birth; nil when there is none.
local function lines_of(key)
  return string.match(redis.call('GET', key) or '', '^([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
end

-- The family's state and the lines behind it, or nil when there is none (any longer).
local function living_family(key, time)
  local state, rest = string.match(redis.call('GET', key) or '', '^([^\n]*)(\n.*)$')
  local number, current_expires_at, later_by = string.match(state or '', '^(%d+) (%d+) (%-?%d+) %S+ ')
  if not number then return nil end
  local ends_at = current_expires_at + later_by
  if ends_at <= time then return nil end
  return { number = number, current_expires_at = tonumber(current_expires_at), ends_at = ends_at, rest = rest }
end

local function state_of(number, current_expires_at, ends_at, run, uses)
  local later_by = integer(ends_at - current_expires_at)
  return table.concat({ number, integer(current_expires_at), later_by, run, uses }, ' ')
end

-- One that is good for a single use is gone in another run, which may have forgotten that use.
local function living_artifact(key, run)
  local fields = redis.call('HMGET', key, 'p', 'r')
  if not fields[1] then return false end
  return not fields[2] or fields[2] == integer(present_run(run, now()))
end

local function keep_event(stream, id, text)
  local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  if last and last[2][2] == id then return end
  redis.call('XADD', stream, '*', 'i', id, 'e', text)
end

-- What was ended, as it was: a record's model and JSON.
local function keep_ending(stream, id, text, model, record)
  redis.call('XADD', stream, '*', 'i', id, 'e', text, 'm', model, 'r', record)
end

-- Of refreshes, and of nothing else: so many events that nobody has taken are the most.
local function keep_event_below(bound, stream, dropped, id, text)
  if redis.call('XLEN', stream) < tonumber(bound) then return keep_event(stream, id, text) end
  redis.call('INCR', dropped)
end
