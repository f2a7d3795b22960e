using System.Collections.Immutable;
using Mesh.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Mesh.Hosting.Tests.Analyzers;

/// <summary>What the compiler says of an AppHost, with the real Mesh.Hosting.</summary>
public sealed class MeshAnalyzerTests
{
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    [Theory]
    [InlineData("builder.AddMesh(\"other\");", "MESH001 builder.AddMesh(\"other\")")]
    [InlineData("if (args.Length > 5) { builder.AddMesh(\"other\"); }", "")]
    [InlineData("orders.WithMeshRoute(r => r.Rule().To(orders, weight: 0).To(billing, weight: 0));", "MESH121 r.Rule().To(orders, weight: 0).To(billing, weight: 0)")]
    [InlineData("orders.WithMeshRoute(r => r.Rule().To(orders, weight: 0).To(billing));", "")]
    [InlineData("orders.WithMeshRoute(r => { var rule = r.Rule().To(orders, weight: 0); rule.To(billing); });", "")]
    [InlineData("orders.WithMeshRoute(r => r.Rule().To(orders, weight: -1));", "MESH201 r.Rule().To(orders, weight: -1)")]
    [InlineData("orders.WithMeshRoute(r => { r.Rule(\"a\").To(orders); r.Rule(\"a\").To(billing); });", "MESH202 r.Rule(\"a\")")]
    [InlineData("orders.WithMeshRoute(r => r.Rule(\"a\").To(orders)); billing.WithMeshRoute(r => r.Rule(\"a\").To(billing));", "")]
    [InlineData("orders.WithMeshRoute(r => r.Rule().When(m => m.PathPrefix(\"/a/*\")).To(orders));", "MESH127 \"/a/*\"")]
    [InlineData("orders.WithMeshRoute(r => r.Rule().When(m => m.PathExpression(\"/a/.*\")).To(orders));", "")]
    [InlineData("mesh.Allow(billing, orders, r => { r.Methods = [\"GET\", \"get\"]; r.Paths = [\"/x/*\"]; });", "MESH203 \"get\"; MESH127 \"/x/*\"")]
    [InlineData("orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(2)).WithMeshRetry(r => r.Http.PerTryTimeout = TimeSpan.FromSeconds(1));", "")]
    [InlineData("orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(2)); orders.WithMeshRetry(r => r.Http.PerTryTimeout = TimeSpan.FromSeconds(3));", "MESH160 r.Http.PerTryTimeout = TimeSpan.FromSeconds(3)")]
    [InlineData("orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(2)); billing.WithMeshRetry(r => r.Http.PerTryTimeout = TimeSpan.FromSeconds(3));", "")]
    [InlineData("orders.WithMeshTimeout(t => t.Request = TimeSpan.FromSeconds(-2));", "MESH201 t.Request = TimeSpan.FromSeconds(-2)")]
    [InlineData("orders.WithMeshTelemetry(t => t.Sampling = 101); mesh.WithMeshTelemetry(t => t.Sampling = 0.5);", "MESH201 t.Sampling = 101")]
    [InlineData("orders.WithMeshRetry(r => { r.Http.NumRetries = 200; r.Budget.Percent = 120; });", "MESH201 r.Http.NumRetries = 200; MESH201 r.Budget.Percent = 120")]
    public async Task Compile_AppHost_IsToldWhatCanBeSeen(string statements, string expected)
    {
        var tree = CSharpSyntaxTree.ParseText($$"""
            using System;
            using Aspire.Hosting;
            using Mesh.Hosting;
            var builder = DistributedApplication.CreateBuilder(args);
            var mesh = builder.AddMesh();
            var orders = builder.AddExecutable("orders", "orders", ".").WithHttpEndpoint();
            var billing = builder.AddExecutable("billing", "billing", ".").WithHttpEndpoint();
            {{statements}}
            """, cancellationToken: TestContext.Current.CancellationToken);
        var compilation = CSharpCompilation.Create("apphost", [tree], References, new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        Assert.DoesNotContain(compilation.GetDiagnostics(TestContext.Current.CancellationToken), d => d.Severity == DiagnosticSeverity.Error);

        var found = await compilation.WithAnalyzers([new MeshAnalyzer()]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, string.Join("; ", found.OrderBy(d => d.Location.SourceSpan.Start).Select(d => $"{d.Id} {d.Location.SourceTree!.GetText(TestContext.Current.CancellationToken).ToString(d.Location.SourceSpan)}")));
    }
}
