-- Makes changes, each on its own. KEYS: entries, index, turn. ARGV: the key
-- check that the values are sealed under, then for each change the key, what
-- is expected, the version where that is a version, and the value. Answers for
-- each change 1 where it was made, or else what is there: 0 for nothing.
--
-- No two changes have the same version and seal, so the very value that is to
-- be written is this change, sent once more. It is written once more too: only
-- what a connection has written itself can it wait for.
local outcomes = {}
for at = 2, #ARGV, 4 do
  local key, expected, version, value = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local there = redis.call('HGET', KEYS[1], key)
  local is_met = expected == 'any'
    or (expected == 'absent' and not there)
    or (expected == 'version' and there and string.sub(there, 1, 8) == version)
    or (there and there == value)
  if not is_met then
    table.insert(outcomes, there or 0)
  else
    redis.call('HSET', KEYS[1], key, value)
    redis.call('ZADD', KEYS[2], 0, key)
    table.insert(outcomes, 1)
  end
end
return outcomes
