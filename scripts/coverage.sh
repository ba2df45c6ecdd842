#!/bin/sh
# Prints how much of each project the last test run covered, from the Cobertura report below the given folder.
set -eu

report=$(find "$1" -name coverage.cobertura.xml 2>/dev/null | head -n 1)
if [ -z "$report" ]; then
    echo "No coverage was collected."
    exit 0
fi

# Counts the lines of each package: a line that several methods share counts once.
awk '
    function attribute(name,    at) {
        at = match($0, name "=\"[^\"]*\"")
        return at ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 3) : ""
    }
    /<package / { package = attribute("name") }
    /<class /   { file = attribute("filename") }
    /<line /    { key = package SUBSEP file SUBSEP attribute("number")
                  if (!(key in seen)) { seen[key] = 0; total[package]++ }
                  if (attribute("hits") > 0 && !seen[key]) { seen[key] = 1; hit[package]++ } }
    END {
        for (package in total) {
            printf "  %-32s %5.1f %% of %5d lines\n", package, 100 * hit[package] / total[package], total[package] | "sort"
            lines += total[package]; hits += hit[package]
        }
        close("sort")
        if (lines) printf "  %-32s %5.1f %% of %5d lines\n", "all", 100 * hits / lines, lines
    }' "$report"
