// SPDX-License-Identifier: GPL-2.0-only
// A memdev is entered into a port under the lock under which its downstream port is found there.
// Directories: drivers/cxl
@@
@@
+static struct cxl_port *find_cxl_port_by_uport(struct device *uport_dev);
 static int add_ep(...) { ... }

@@
identifier new, port;
@@
-static int add_ep(struct cxl_ep *new)
+static int add_ep(struct cxl_ep *new, struct cxl_port *port, struct device *dport_dev)
 {
-struct cxl_port *port = new->dport->port;
 ...
 if (port->dead)
 return -ENXIO;
+new->dport = cxl_find_dport_by_dev(port, dport_dev);
+if (!new->dport)
+	return -ENXIO;
+cxl_gpf_port_setup(new->dport);
 ...
 }

@@
identifier dport, owner, entry, rc;
@@
-cxl_add_ep(struct cxl_dport *dport, struct device *owner)
+cxl_add_ep(struct device *uport_dev, struct device *dport_dev, struct device *owner)
 {
+struct cxl_port *port;
 ...
-entry->dport = dport;
 ...
+port = find_cxl_port_by_uport(uport_dev);
+if (!port) {
+	cxl_ep_release(entry);
+	return -ENXIO;
+}
-rc = add_ep(entry);
+rc = add_ep(entry, port, dport_dev);
+put_device(&port->dev);
 ...
 }

@@
expression d, e;
@@
 devm_cxl_enumerate_ports(...)
 {
 <...
-cxl_add_ep(d, e)
+cxl_add_ep(uport_dev, dport_dev, e)
 ...>
 }

@@
expression d;
@@
 devm_cxl_enumerate_ports(...)
 {
 <...
-cxl_gpf_port_setup(d);
 ...>
 }

@@
expression d, e;
@@
 add_port_attach_ep(...)
 {
 <...
-cxl_add_ep(d, e)
+cxl_add_ep(uport_dev, dport_dev, e)
 ...>
 }
