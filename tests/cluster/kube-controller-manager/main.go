// The controllers of Kubernetes, as its module provides them: they make pods of Deployments, count quotas, and so on.
package main

import (
	"os"
	_ "time/tzdata" // CronJobs run by time zones even where the machine has no zone files

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	os.Exit(cli.Run(app.NewControllerManagerCommand()))
}
