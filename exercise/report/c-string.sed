# A file of C as a string of C, without its first line
1d
s/[\\"]/\\&/g
s/.*/"&\\n"/
