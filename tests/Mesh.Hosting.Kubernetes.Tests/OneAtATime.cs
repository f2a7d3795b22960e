// Builders of AppHosts listen for the making of others in their process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
