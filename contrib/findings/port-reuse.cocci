// SPDX-License-Identifier: GPL-2.0-only
// A port that gets its driver again has no committed decoders until its decoders are read.
// Directories: drivers/cxl
@@
expression port;
@@
 cxl_switch_port_probe(...)
 {
 <...
 port->nr_dports = 0;
+port->commit_end = -1;
 ...>
 }
