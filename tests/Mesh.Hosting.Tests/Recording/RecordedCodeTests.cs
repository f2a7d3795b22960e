using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Mesh.Hosting.Tests.Policies;
using Mesh.Model.Compilation;
using Mesh.Model.Policies;
using Mesh.Model.Recording;
using Mesh.Model.Topology;
using Mesh.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Mesh.Hosting.Tests.Recording;

/// <summary>What <c>mesh record -o csharp</c> prints compiles in an AppHost, and says there what the YAML says.</summary>
public sealed class RecordedCodeTests
{
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly MeshTopology Shop = TestMesh.Empty
        .Service("storefront", ports: ["http"], uses: ["orders", "inventory", "postgres"])
        .Service("orders", ports: ["http", "admin-api"], uses: ["orders-next"])
        .Service("orders-next", ports: ["http"])
        .Service("inventory", ports: ["grpc:grpc"])
        .Service("postgres", ports: ["tcp:tcp"])
        .Topology;

    private static readonly MeshRecording Seen = RecordedTraffic.Of(
        Shop,
        ("storefront", "orders/http", "GET /orders"),
        ("storefront", "orders/http", "POST /orders"),
        ("storefront", "orders/http", "GET /orders/17"),
        ("storefront", "orders/http", "PROPFIND /dav"),
        ("storefront", "inventory/grpc", "grpc /shop.Inventory/Get"),
        ("storefront", "postgres/tcp", "tcp"),
        ("orders", "orders-next/http", "GET /v1.2/$batch/17/a/b/c/d/e/f/g/h/i/j/k"),
        ("spiffe://partner.example/ns/web/sa/portal", "orders-next/http", "GET /orders"));

    [Fact]
    public void Printed_CompilesAndSaysWhatTheDocumentsSay()
    {
        var app = new ShopApp();

        Run(RecordedCSharp.Write(Seen, Shop), app);

        var (policies, errors) = app.Make();
        Assert.Empty(errors);
        Assert.Equal(Effects(RecordedPolicies.Of(Seen, Shop).Select(d => d.Policy)), Effects(policies));
    }

    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("orders-next", "ordersNext")]
    [InlineData("event", "@event")]
    [InlineData("3scale", "_3scale")]
    public void Variable_IsNamedAfterItsResource(string resource, string variable) => Assert.Equal(variable, RecordedCSharp.Variable(resource));

    private static void Run(string lines, ShopApp app)
    {
        var tree = CSharpSyntaxTree.ParseText(
            $$"""
            using System;
            using Aspire.Hosting;
            using Aspire.Hosting.ApplicationModel;
            using Mesh.Hosting;

            public static class AppHost
            {
                public static void Say(
                    IResourceBuilder<MeshResource> mesh, IResourceBuilder<ExecutableResource> storefront, IResourceBuilder<ExecutableResource> orders, IResourceBuilder<ExecutableResource> ordersNext,
                    IResourceBuilder<ExecutableResource> inventory, IResourceBuilder<ExecutableResource> postgres)
                {
                    {{lines}}
                }
            }
            """,
            cancellationToken: TestContext.Current.CancellationToken);
        var compilation = CSharpCompilation.Create("recorded", [tree], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        var made = compilation.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(made.Success, $"{string.Join('\n', made.Diagnostics)}\n{lines}");
        assembly.Position = 0;
        AssemblyLoadContext.Default.LoadFromStream(assembly).GetType("AppHost")!.GetMethod("Say", BindingFlags.Public | BindingFlags.Static)!
            .Invoke(null, [app.Mesh, app.Storefront, app.Orders, app.OrdersNext, app.Inventory, app.Postgres]);
    }

    // What each sidecar would do; who says so is another one.
    private static string Effects(IEnumerable<Policy> policies)
    {
        var mesh = SnapshotCompiler.Compile(Shop, PolicySet.Of(policies));
        return string.Join('\n', mesh.Explanations.SelectMany(e => e.Value.Select(s => $"{e.Key} {s.Where} {s.Setting} {(s.Setting == "replacedEdge" ? "" : s.Value)}")).Order(StringComparer.Ordinal));
    }
}
