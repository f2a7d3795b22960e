// A resource group with a registry and a cluster that may pull from it: what azure.yaml deploys to.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the azd environment; resources are named after it.')
param environmentName string

@minLength(1)
@description('Region of everything.')
param location string

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: { 'azd-env-name': environmentName }
}

module cluster 'cluster.bicep' = {
  name: 'cluster'
  scope: group
  params: {
    location: location
    environmentName: environmentName
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_AKS_CLUSTER_NAME string = cluster.outputs.clusterName
output AZURE_CONTAINER_REGISTRY_NAME string = cluster.outputs.registryName
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = cluster.outputs.registryEndpoint
