# SPDX-License-Identifier: GPL-2.0-only
# gnuplot -e 'data = "FILE"' -e 'set output "FILE"' cpu-shares.gp
# What three hogs receive on a CPU, over time; see Makefile.

set terminal pngcairo size 760,340 font 'sans,10' noenhanced
set title 'One CPU, three VMs with always something to do: received share, mean over 100 ms'
set xlabel 'seconds'
set ylabel '% of the CPU'
set xrange [0:10]
set yrange [0:100]
set ytics 10
set grid ytics lc rgb '#dddddd'
set key outside right center
set arrow from 5, graph 0 to 5, graph 1 nohead dt 2 lc rgb '#888888'
set label 'insula set a --cpu-shares 700' at 4.8, 50 right
set label 'insula set c --cpu-shares 100' at 4.8, 44 right
plot data using 1:2 with lines lw 2 title 'a', '' using 1:3 with lines lw 2 title 'b', \
	'' using 1:4 with lines lw 2 title 'c'
