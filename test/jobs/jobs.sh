#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The job files in contrib/jobs: what the engines' own tools say of them, and what they start. Engines that can run here
# run. Programs that print how they were called replace contrib/lab, cxl, and what LAVA has on a machine. The test needs
# the packages in contrib/lab.d/jobs/userland-testing.packages.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

jobs=$SOURCE/contrib/jobs
for command in ansible-lint ansible-playbook sbatch shellcheck yamllint; do
	command -v "$command" >/dev/null || skip_all "no $command: contrib/lab test --lanes all brings it"
done
export HOME=/tmp/home ANSIBLE_REMOTE_TEMP=/tmp/home/ansible ANSIBLE_ASYNC_DIR=/tmp/home/async ANSIBLE_LOCALHOST_WARNING=false
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
cd "$top" || exit
mkdir -p "$HOME" bin lava checkout/contrib/jobs

# stand_in FILE: make a program that writes to $top/calls how it was called, and ends with the status in $top/status
stand_in() {
	cat >"$1" <<-PROGRAM
		#!/bin/sh
		echo "${1##*/} \$*" >>$top/calls
		[ ! -e $top/status ] || exit "\$(cat $top/status)"
	PROGRAM
	chmod +x "$1"
}
calls() { sort calls 2>/dev/null; rm -f calls; }
stand_in checkout/contrib/lab

# Slurm: sbatch reads the options in a script before it asks the controller, and there is no controller here.
submit() { run env SLURM_CONF="$top/slurm.conf" sbatch --array=1-4 "$1"; }
printf '%s\n' ClusterName=none SlurmctldHost=localhost NodeName=localhost 'PartitionName=all Nodes=ALL Default=YES' \
	AuthType=auth/none CredType=cred/none MessageTimeout=2 >slurm.conf
ok "slurm: syntax" bash -n "$jobs/slurm"
run shellcheck -x "$jobs/slurm"
is "slurm: shellcheck" "$status$out" 0
sed 's/^#SBATCH --mem=.*/#SBATCH --memories=4G/' "$jobs/slurm" >wrong
submit wrong
like "slurm: sbatch knows no such option" "$err" "unrecognized option '--memories=4G'"
sed 's/^#SBATCH --time=.*/#SBATCH --time=ever/' "$jobs/slurm" >wrong
submit wrong
is "slurm: nor such a value" "$err" "sbatch: error: Invalid --time specification"
submit "$jobs/slurm"
is "slurm: it understands ours, and would submit it" "$err" \
	"sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)"
# task ARRAY ID VARIABLE=VALUE...: run a task of that array
task() {
	local first=${1%-*} last=${1#*-} id=$2
	shift 2
	run env -C checkout SEED=7 RESULTS="$top/results" SLURM_ARRAY_TASK_ID="$id" SLURM_ARRAY_TASK_MIN="$first" \
		SLURM_ARRAY_TASK_MAX="$last" SLURM_ARRAY_TASK_COUNT=$((last - first + 1)) "$@" "$jobs/slurm" --budget 5
}
for id in 1 2 3; do
	task 1-3 "$id"
	is "slurm: task $id of an array" "$status$(calls)" \
		"0lab exercise --share $top/results/$id --shard $id/3 --budget 5 -- --seed 7"
done
ok "slurm: the directory is there" test -d results/3
task 3-3 3
like "slurm: a part of an array: how many shards?" "$status$err" "^125slurm: say how many shards there are, in SHARDS"
task 3-3 3 SHARDS=3
is "slurm: a part of an array that says it" "$status$(calls)" \
	"0lab exercise --share $top/results/3 --shard 3/3 --budget 5 -- --seed 7"
for code in 4 125; do
	echo "$code" >status
	task 1-3 1
	is "slurm: a shard that ends with status $code" "$status" $((code == 4 ? 0 : 1))
	calls >calls.old
done
rm status

# LAVA
for file in lava.yaml ansible.yml; do
	run yamllint --strict -d '{extends: default, rules: {line-length: {max: 140}}}' "$jobs/$file"
	is "$file: yamllint" "$status$out" 0
done
run "$SOURCE/test/jobs/lava" check "$jobs/lava.yaml"
is "lava: LAVA's schema" "$status$err" 0
sed 's/to: tmpfs/to: tmpf/' "$jobs/lava.yaml" >wrong
run "$SOURCE/test/jobs/lava" check wrong
like "lava: which says what is wrong" "$status$err" "^1not a job: .*deploy"
"$SOURCE/test/jobs/lava" script "$jobs/lava.yaml" >steps
for program in modprobe cxl lava-test-case curl; do stand_in "bin/$program"; done
printf '%s\n' 'echo "race-host-port fail 3 findings"' 'echo "run-complete pass 9 trials"' 'exit 4' >>bin/cxl
steps() { run env -C lava PATH="$top/bin:$PATH" "$@" sh ../steps; }
steps SHARD=2 UPLOAD=https://logs.example.org
is "lava: its steps, and that something was found is no failure" "$status$err$(cat calls; rm calls)" "0modprobe cxl_test type2_test=1
modprobe cxl_mock_accel
cxl exercise-autoremove --shard 2/4 --seed 1 --trials 48 --log shard-2 --format lava
lava-test-case race-host-port --result fail --measurement 3 --units findings
lava-test-case run-complete --result pass --measurement 9 --units trials
curl --fail --upload-file shard-2 https://logs.example.org/shard-2"
sed -i 's/exit 4/exit 1/' bin/cxl
steps
is "lava: that it failed is one" "$status$(grep -c lava-test-case calls)" 10
rm calls

# Ansible, with three machines that are all this machine
cp "$jobs/ansible.yml" checkout/contrib/jobs
printf '[baseline]\none\ntwo\nthree\n[all:vars]\nansible_connection=local\nansible_python_interpreter=/usr/bin/python3\n' >hosts
run ansible-playbook --syntax-check -i hosts "$jobs/ansible.yml"
is "ansible: syntax" "$status" 0
run ansible-lint --offline --strict "$jobs/ansible.yml"
is "ansible: ansible-lint" "$status" 0
[ "$status" -eq 0 ] || printf '# %s\n' "${err//$'\n'/$'\n# '}" "${out//$'\n'/$'\n# '}"
play() {
	run ansible-playbook -i hosts -e "exercise_checkout=$top/checkout exercise_results=$top/results exercise_local=$top/local" \
		"$@" checkout/contrib/jobs/ansible.yml
}
rm -rf results
play
like "ansible: no seed" "$status$out" "^2.*exercise_seed=NUMBER is missing"
is "ansible: no seed: nothing is done" "$(calls)" ""
play -e exercise_seed=7 -e '{"exercise_options": ["--budget", "5"]}'
is "ansible: a shard on each machine, and then all together" "$status$(calls)" "0lab exercise --merge $top/local/1 $top/local/2 $top/local/3
lab exercise --share $top/results/1 --shard 1/3 --budget 5 -- --seed 7
lab exercise --share $top/results/2 --shard 2/3 --budget 5 -- --seed 7
lab exercise --share $top/results/3 --shard 3/3 --budget 5 -- --seed 7"
[ "$status" -eq 0 ] || printf '# %s\n' "${err//$'\n'/$'\n# '}" "${out//$'\n'/$'\n# '}"
ok "ansible: the results have come" test -d local/3
play -e exercise_seed=7 --limit two,localhost
is "ansible: one machine again: its shard is the same" "$status$(calls | grep -- --share)" \
	"0lab exercise --share $top/results/2 --shard 2/3 -- --seed 7"
echo 4 >status
play -e exercise_seed=7
is "ansible: something was found" "$status$(calls | wc -l)" 04
echo 125 >status
play -e exercise_seed=7
is "ansible: the lab failed" "$status$(calls | grep -c -- --merge)" 20
finish
