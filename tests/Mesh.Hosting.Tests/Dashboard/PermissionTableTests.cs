using System.Text.Json.Nodes;
using Mesh.Hosting.Dashboard;

namespace Mesh.Hosting.Tests.Dashboard;

public sealed class PermissionTableTests
{
    [Fact]
    public void Of_AllowAndDeny_HasARowForEachWithItsOrigin()
    {
        var answer = JsonNode.Parse("""
            {"service":{"name":"orders"},"callers":[{"port":"http",
              "allow":[{"principals":["spiffe://shop/ns/default/sa/storefront"],"requests":[],"origin":{"kind":"Edge","name":"storefront → orders","location":"AppHost.cs:7"}}],
              "deny":[{"principals":["spiffe://shop/*"],"requests":[{"method":"DELETE","path":"/orders"},{"method":null,"path":null}],"origin":{"kind":"TrafficPermission","name":"default/no","location":null}}]}]}
            """)!;

        var rows = PermissionTable.Of([answer]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2);

        Assert.Equal(
            [
                "| orders | http | allow | spiffe://shop/ns/default/sa/storefront | all | Edge storefront → orders (AppHost.cs:7) |",
                "| orders | http | deny | spiffe://shop/* | DELETE /orders<br>any method any path | TrafficPermission default/no |",
            ],
            rows);
    }
}
