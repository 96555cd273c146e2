# SPDX-License-Identifier: Apache-2.0
# Builds hermes_run with the kit's library: source sdk_setup.sh of the kit, then make, then sudo ./hermes_run
ifndef SDK_DIR
  $(error SDK_DIR is not set: source sdk_setup.sh of the kit first)
endif

CC     ?= gcc
CFLAGS  = -std=gnu11 -O2 -g -Wall -Wextra -I$(SDK_DIR)/userspace/include
LDLIBS  = -lfpga_mgmt
OBJECTS = hermes_run.o hermes_transport.o

hermes_run: $(OBJECTS)
	$(CC) $(CFLAGS) -o $@ $(OBJECTS) $(LDFLAGS) $(LDLIBS)

$(OBJECTS): $(wildcard *.h)

clean:
	rm -f hermes_run $(OBJECTS)

.PHONY: clean
