# SPDX-License-Identifier: GPL-2.0-only
# fish completion for cxl: commands, options, and the existing devices, for our commands and cxl-cli's

# The program that is typed, and the command after it
function __cxl_program
    commandline -xpc | head -n 1
end
function __cxl_command
    set -l words (commandline -xpc)
    test (count $words) -gt 1; and echo $words[2]
end

# __cxl_is COMMAND...: is the command one of these?
function __cxl_is
    contains -- (__cxl_command) $argv
end

# __cxl_devices PREFIX...: the existing CXL devices with such a name
function __cxl_devices
    for prefix in $argv
        path basename -- /sys/bus/cxl/devices/$prefix*
    end
end

# __cxl_of_listing COLUMN: the values of the column in the listing
function __cxl_of_listing
    eval (__cxl_program) (__cxl_command) --all --raw --no-headings -o $argv[1] 2>/dev/null | sort -u
end

# The hosts that can be reattached
function __cxl_detached
    eval (__cxl_program) list-attach --raw --no-headings -o ATTACH,HOST 2>/dev/null | string replace -rf '^detached ' ''
end

# The columns of the listing's tables
function __cxl_columns
    eval (__cxl_program) (__cxl_command) -o help 2>/dev/null | string replace -rf '^  ([A-Z-]+) .*' '$1'
end

# The options of the command; options with a value are below
function __cxl_options
    eval (__cxl_program) (__cxl_command) --list-opts 2>/dev/null | string split -n ' '
end

set -l listings list-attach list-locked
complete -c cxl -f
complete -c cxl -n 'not __cxl_command' -a '(eval (__cxl_program) --list-cmds 2>/dev/null)'
complete -c cxl -n 'not __cxl_command' -a '--help --version --list-cmds'
complete -c cxl -n '__cxl_is help' -a '(eval (__cxl_program) --list-cmds 2>/dev/null)'
complete -c cxl -n '__cxl_command; and not __cxl_is help' -a '(__cxl_options)'
complete -c cxl -n '__cxl_is list-attach detach-memdev attach-memdev exercise-autoremove' -a '(__cxl_devices mem)'
complete -c cxl -n '__cxl_is attach-memdev' -a '(__cxl_detached)'
complete -c cxl -n '__cxl_is list-locked' -a '(__cxl_devices region)'

complete -c cxl -n "__cxl_is $listings exercise-autoremove" -s b -l bus -x -a '(__cxl_devices root)'
complete -c cxl -n "__cxl_is $listings" -s m -l memdev -x -a '(__cxl_devices mem)'
complete -c cxl -n "__cxl_is $listings" -s r -l region -x -a '(__cxl_devices region)'
complete -c cxl -n "__cxl_is $listings" -l host -x -a '(__cxl_of_listing HOST)'
complete -c cxl -n "__cxl_is $listings" -l provider -x -a '(__cxl_of_listing PROVIDER)'
complete -c cxl -n "__cxl_is $listings" -s o -l output -x -a '(__cxl_columns)'
complete -c cxl -n "__cxl_is $listings" -l format -x -a 'json jsonl table tree csv prometheus'
complete -c cxl -n "__cxl_is $listings" -l color -x -a 'auto always never'
complete -c cxl -n '__cxl_is detach-memdev exercise-autoremove' -l via -x -a 'memdev host endpoint port bus module pci-remove'
complete -c cxl -n '__cxl_is exercise-autoremove' -l via -x -a 'region list open hold map fwctl reset slot link refuse load neighbor create-region online-memory'
complete -c cxl -n '__cxl_is exercise-autoremove' -l interleaving -x -a 'turns halves one-cpu loops'
complete -c cxl -n '__cxl_is exercise-autoremove' -l format -x -a 'json table ktap lava kcidb'
complete -c cxl -n '__cxl_is exercise-autoremove' -l script -x -a 'shell c'
complete -c cxl -n '__cxl_is exercise-autoremove' -l log -rF
complete -c cxl -n '__cxl_is exercise-autoremove' -l report -rF
complete -c cxl -n '__cxl_is exercise-autoremove' -l merge -rF
complete -c cxl -n '__cxl_is exercise-autoremove' -l crashed -rF
complete -c cxl -n '__cxl_is exercise-autoremove' -l shrink -rF
complete -c cxl -n '__cxl_is exercise-autoremove detach-memdev' -l html -rF
complete -c cxl -n '__cxl_is detach-memdev' -l to -x -a '(path basename -- /sys/bus/{pci,platform}/drivers/*)'
complete -c cxl -n '__cxl_is export-metrics' -s o -l output -rF

# The other name of this program
complete -c cxl-attach -w cxl
