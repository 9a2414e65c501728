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
