#!/bin/sh
# Every public header, alone, in every language a caller may use, by every compiler there is.
set -eu
warn='-Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only'
tried=
for cc in ${CC:-cc} gcc clang; do
  command -v "$cc" >/dev/null 2>&1 || continue
  case " $tried " in *" $cc "*) continue ;; esac
  tried="$tried $cc"
  for header in include/slo.h include/slo/*.h; do
    for std in c99 c11; do
      echo "#include \"$header\"" | "$cc" -std=$std $warn -I. -x c -
    done
    # the C++ front end of the same compiler, if it is installed
    if echo 'int main() {}' | "$cc" -x c++ -fsyntax-only - 2>/dev/null; then
      echo "#include \"$header\"" | "$cc" -std=c++11 $warn -I. -x c++ -
    fi
  done
done
for word in _Atomic '\<bool\>' '\<union\>' '\<inline\>' '\.\.\.)'; do
  # slo/inline.h is the one header that is about inline functions
  if sed 's|/\*.*\*/||; /^ *\*/d; /^\/\*/d' include/slo.h $(ls include/slo/*.h | grep -v /inline.h) | grep -n "$word"; then
    echo "headers: '$word' in a public header"
    exit 1
  fi
done
for header in include/slo/*.h; do
  lines=$(wc -l <"$header")
  [ "$lines" -le 250 ] || { echo "$header: $lines lines, more than 250"; exit 1; }
done
echo "headers: C99, C11 and C++11 by$tried"
