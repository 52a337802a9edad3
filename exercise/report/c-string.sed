# A file of C, without its first line, as the string `reproducer` of a file of C
1d
s/[\\"]/\\&/g
s/.*/"&\\n"/
2i const char reproducer[] =
$a ;
