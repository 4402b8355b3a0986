// The Kubernetes API server, as its module provides it.
package main

import (
	"os"
	_ "time/tzdata" // CronJob time zones are checked even where the machine has no zone files

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
