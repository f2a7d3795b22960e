using Mesh.EndToEnd.Tests.Machines;

namespace Mesh.Hosting.Kubernetes.Tests.Nodes;

/// <summary>What these tests make of the machine they leave as it was.</summary>
public sealed class NodeTests
{
    [Fact]
    public async Task Node_Gone_TakesItsPodsProcessesAlong()
    {
        MachineProcess running;
        await using (var node = await Node.CreateAsync())
        {
            var pod = await node.AddAsync();
            running = MachineProcess.Start(pod.Start("sleep", "600"));
            Assert.False(running.HasExited);
        }

        Assert.NotEqual(0, await running.EndAsync());
    }
}
