-- Puts what was put aside in the place of the entries. KEYS: turn, what is put
-- aside, entries. ARGV: whose turn it is, for how many milliseconds from now,
-- and how many fields there must be on both sides.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('REKEYING it is the turn of another process')
end
local fields = tonumber(ARGV[3])
if redis.call('HLEN', KEYS[2]) ~= fields or redis.call('HLEN', KEYS[3]) ~= fields then
  return redis.error_reply('REKEYING the store was changed meanwhile')
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('RENAME', KEYS[2], KEYS[3])
