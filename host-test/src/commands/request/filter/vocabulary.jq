def row(cell; $end):
  if isarray then [.[] | cell] | join($end)
  else error("a row is made of an array, and not of \(type)") end;

def cell(text):
  if isstring then text
  elif . == null then ""
  elif isarray or isobject then error("\(type) is no cell of a row")
  else tostring end;

def replaced($from; $to): split($from) | join($to);

def @csv: row(cell("\"" + replaced("\""; "\"\"") + "\""); ",");
def @tsv: row(cell(
    replaced("\\"; "\\\\") | replaced("\t"; "\\t") | replaced("\n"; "\\n") | replaced("\r"; "\\r")
  ); "\t");

def @base32 : tostring | encode_base32;
def @base32d: tostring | decode_base32;

def IN(among): . as $it | any(among; . == $it);
def IN(these; among): any(these; IN(among));

def toarray: if isarray then . else [.] end;
def ascii: [.] | implode;

def tostream:
  def below($path):
    if (isarray or isobject) and length > 0 then
      keys_unsorted as $keys
      | ($keys[] as $key | .[$key] | below($path + [$key])), [$path + [$keys[-1]]]
    else [$path, .] end;
  below([]);

# What the libraries define otherwise than jq does.
def delpaths($paths): without_paths($paths);
def del(at): delpaths([path(at)]);

def join($between):
  def text: if . == null then "" elif isboolean or isnumber then tojson else . end;
  # The text so far stands alone on the left, or it would be copied each time.
  reduce .[] as $it (null;
    if . == null then "" + ($it | text) else . + ($between + ($it | text)) end) // "";

def from_entries:
  def key: if .key == null then .k // .name // .Name // .K // .Key else .key end;
  def value: if has("value") then .value elif has("v") then .v elif has("Value") then .Value else .V end;
  reduce .[] as $it ({}; . + ($it | {(key | if isstring then . else tojson end): value}));
def with_entries(f): to_entries | map(f) | from_entries;

def flatten($depth):
  if $depth > 0 then map(if isarray then flatten($depth - 1)[] else . end) else . end;
def leaf_paths: paths(scalars);
def pick(at): . as $it | reduce path(at) as $path (null; setpath($path; $it | getpath($path)));
def walk(f): def rec: if isobject then map_values(rec) elif isarray then map(rec) else . end | f; rec;

def trims($it): isstring and ($it | isstring);
def ltrimstr($it): if trims($it) and startswith($it) then .[$it | length:] else . end;
def rtrimstr($it): if trims($it) and endswith($it) then .[:length - ($it | length)] else . end;

def gamma: lgamma;
