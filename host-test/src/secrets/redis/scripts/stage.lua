-- Puts entries that were sealed anew aside. KEYS: turn, what is put aside.
-- ARGV: whose turn it is, for how many milliseconds from now, then keys and
-- values.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('REKEYING it is the turn of another process')
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
for at = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1])
end
