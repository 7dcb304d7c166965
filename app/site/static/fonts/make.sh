#!/bin/sh
# Makes the two font files again. Needs pyftsubset, pyftmerge (pip: fonttools, brotli) and npm.
# All letters of Vietnamese, digits and the marks our pages use; no hinting (screens of today need none), kerning kept.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" @fontsource/be-vietnam-pro@5.3.0 >/dev/null
tar -xzf "$work"/*.tgz -C "$work"
latin='U+0020-007E,U+00A0,U+00A7,U+00AB,U+00B0,U+00B2,U+00B3,U+00B7,U+00BB-00BD,U+00C0-00C3,U+00C8-00CA,U+00CC,U+00CD,U+00D2-00D5,U+00D7,U+00D9,U+00DA,U+00DD,U+00E0-00E3,U+00E8-00EA,U+00EC,U+00ED,U+00F2-00F5,U+00F9,U+00FA,U+00FD,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2022,U+2026,U+2212'
vietnamese='U+0102,U+0103,U+0110,U+0111,U+0128,U+0129,U+0168,U+0169,U+01A0,U+01A1,U+01AF,U+01B0,U+1EA0-1EF9,U+20AB'
for weight in 400 600; do
  for part in latin vietnamese; do
    eval "letters=\$$part"
    pyftsubset "$work/package/files/be-vietnam-pro-$part-$weight-normal.woff2" --unicodes="$letters" \
      --no-hinting --layout-features=kern --output-file="$work/$part.ttf"
  done
  pyftmerge --output-file="$work/joined.ttf" "$work/latin.ttf" "$work/vietnamese.ttf" >/dev/null
  pyftsubset "$work/joined.ttf" --unicodes='*' --layout-features='*' --flavor=woff2 --output-file="be-vietnam-pro-$weight.woff2"
done
ls -l be-vietnam-pro-*.woff2
