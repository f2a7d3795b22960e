using Aspire.Hosting;

namespace Mesh.Hosting.Tests.Policies;

public sealed class TcpRouteExtensionsTests
{
    private static readonly PolicyTable Table = new()
    {
        ["weights for everybody"] = (
            app => app.Postgres.WithMeshTcpRoute(r => r.To(app.Postgres, weight: 9).To(app.PostgresNew)),
            """
            kind: TcpRoute
            metadata: {name: postgres}
            spec:
              to:
              - targetRef: {kind: Service, name: postgres}
                rules: [{default: {backendRefs: [{name: postgres, weight: 9}, {name: postgres-new}]}}]
            """),
        ["one caller, one endpoint"] = (
            app => app.Orders.WithMeshTcpRoute(app.Postgres, r => r.To(app.PostgresNew, endpoint: "tcp"), endpoint: "tcp"),
            """
            kind: TcpRoute
            metadata: {name: orders-to-postgres}
            spec:
              targetRef: {kind: Service, name: orders}
              to:
              - targetRef: {kind: Service, name: postgres, sectionName: tcp}
                rules: [{default: {backendRefs: [{name: postgres-new, port: tcp}]}}]
            """),
    };

    public static TheoryData<string> Rows => Table.Rows;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Said_InCSharp_IsTheYaml(string row) => Table.Check(row);
}
