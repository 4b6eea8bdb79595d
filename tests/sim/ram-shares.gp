# SPDX-License-Identifier: GPL-2.0-only
# gnuplot -e 'data = "FILE"' -e 'set output "FILE"' ram-shares.gp
# What three VMs have of a host's RAM, over time; see Makefile.

set terminal pngcairo size 760,340 font 'sans,10' noenhanced
set title 'A host of 1.5 GiB, three VMs of 1 GiB: resident RAM'
set xlabel 'seconds'
set ylabel 'MiB'
set xrange [0:120]
set yrange [0:1000]
set ytics 100
set grid ytics lc rgb '#dddddd'
set key outside right center
set arrow from 40, graph 0 to 40, graph 1 nohead dt 2 lc rgb '#888888'
set arrow from 80, graph 0 to 80, graph 1 nohead dt 2 lc rgb '#888888'
set label 'a uses 20 MiB' at 20, 950 center
set label 'a uses 800 MiB' at 60, 950 center
set label 'a uses 20 MiB' at 100, 950 center
plot data using 1:2 with lines lw 2 title 'a, 100 shares', '' using 1:3 with lines lw 2 title 'b, 100', \
	'' using 1:4 with lines lw 2 title 'c, 200'
