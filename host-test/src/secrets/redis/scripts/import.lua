-- Writes entries, all of them or none. KEYS: entries, index, turn. ARGV: the
-- key check that the values are sealed under, 1 where entries that are there
-- are to be replaced, then keys and values. Answers the keys that are there
-- and keep it from being done.
local there = {}
if ARGV[2] ~= '1' then
  for at = 3, #ARGV, 2 do
    local value = redis.call('HGET', KEYS[1], ARGV[at])
    -- The same value under the same seal is this very import, sent once more.
    if value and value ~= ARGV[at + 1] then
      table.insert(there, ARGV[at])
    end
  end
end
if #there == 0 then
  for at = 3, #ARGV, 2 do
    redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
    redis.call('ZADD', KEYS[2], 0, ARGV[at])
  end
end
return there
