#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On a machine with one NUMA node, cxl_test crashes when it is loaded with its expanders.
#
# Guest: --kernel-args 'numa=off oops=panic' --timeout 120
# Crash: cxl_mock_mem_probe\+
modprobe -r cxl_mock_accel cxl_mock_mem cxl_test && modprobe cxl_test type2_test=0 && modprobe cxl_mock_mem || exit
echo "not shown"
