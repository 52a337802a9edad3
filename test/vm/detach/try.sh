CXL=/usr/local/bin/cxl
for p in memdev host endpoint port bus module; do
echo "=== $p"; $CXL detach-memdev --via $p --reattach --timeline mem0 -f; echo "rc $?"
done
$CXL detach-memdev --via bus -f mem0 | jq -c '.steps,.changes,.contract,.exposure'; $CXL attach-memdev | jq -c '.[]|del(.timeline)'
time $CXL detach-memdev --reattach mem0 >/dev/null; time cxl version
dmesg | tail -5
