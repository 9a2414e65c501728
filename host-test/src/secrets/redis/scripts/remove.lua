-- Deletes a key. KEYS: entries, index, turn, the mark of this delete. ARGV: the
-- key check of the store, the key, what is expected, the version where that is
-- a version, and for how many milliseconds the mark stays. Answers 1 where the
-- key is absent now, or else what is there: 0 for nothing.
--
-- No two deletes have the same mark, so where it is there, this is that delete,
-- sent once more. The mark is written once more too: only what a connection has
-- written itself can it wait for.
if redis.call('PEXPIRE', KEYS[4], ARGV[5]) == 1 then
  return 1
end
local key, expected, version = ARGV[2], ARGV[3], ARGV[4]
local there = redis.call('HGET', KEYS[1], key)
local is_met = expected == 'any'
  or (expected == 'absent' and not there)
  or (expected == 'version' and there and string.sub(there, 1, 8) == version)
if not is_met then
  return there or 0
end
redis.call('HDEL', KEYS[1], key)
redis.call('ZREM', KEYS[2], key)
redis.call('SET', KEYS[4], '', 'PX', ARGV[5])
return 1
