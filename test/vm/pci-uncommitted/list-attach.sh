#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An accelerator for which firmware committed no decoder: its driver cannot attach it. The test loads the modules by
# hand, because the guest loads none.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

host=0000:11:00.0
echo cxl_lab_accel >/sys/bus/pci/devices/$host/driver_override
run "$CXL" list-attach
is "without the CXL modules: no bus" "$err" "cxl list-attach: this system has no CXL bus"
is "the host is known" "$(answer 'map([.attach, .host, .provider])')" "[[\"detached\",\"$host\",\"cxl_lab_accel\"]]"

modprobe -a cxl_acpi cxl_port cxl_lab_accel
is "its driver is loaded, and could not attach it" \
	"$(compgen -G '/sys/bus/pci/drivers/cxl_lab_accel/0000:*')$(compgen -G '/sys/bus/cxl/devices/mem*')" ""
like "the kernel refused it" "$(dmesg)" "cxl_lab_accel $host: error -(6|ENXIO): cannot attach"
run "$CXL" list-attach -v
is "it failed, and why" "$(answer 'map([.attach, .reason, .host, .provider, .port])')" \
	"[[\"failed\",\"uncommitted\",\"$host\",\"cxl_lab_accel\",\"port1\"]]"
is "the evidence" "$(answer '.[0].evidence | map(.signal)')" \
	'["module-imports-attach","module-holds-cxl-mem","host-matches-provider","host-unbound","host-has-cxl-memory","no-decoder-committed"]'
valid "the answer is valid" list-attach
run "$CXL" list-attach --table
like "in a table" "$out" "failed +cxl_lab_accel +$host"
same_as_truth "as the kernel itself says"
run setpriv --reuid 65534 --regid 65534 --clear-groups "$CXL" list-attach
is "not root: cannot see that it has CXL memory, not listed" "$out" '[]'
run "$CXL" list-attach --providers
is "the provider and its host" "$(answer 'map(select(.loaded) | [.module, .hosts[].host])')" "[[\"cxl_lab_accel\",\"$host\"]]"
check_dmesg
