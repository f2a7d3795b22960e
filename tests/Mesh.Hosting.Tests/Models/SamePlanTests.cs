using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Mesh.Cli.AppFiles;
using Mesh.Hosting.Applying;
using Mesh.Model.Planning;
using Mesh.Testing;
using Mesh.Yaml;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Models;

/// <summary>One app said twice: as an AppHost and as a file.</summary>
public sealed class SamePlanTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shop_FromItsAppHostAndFromItsFile_IsOnePlan()
    {
        var fromFile = Describe(FromFile());
        var fromAppHost = Describe(await FromAppHostAsync());

        Assert.Equal(fromFile, fromAppHost);
        Assert.Contains("orders x2: http Http", fromFile);
        Assert.Contains("MESHED orders → postgres/tcp", fromFile);
    }

    // Everything but addresses.
    private static string[] Describe(MeshPlan plan)
    {
        Assert.Empty(plan.Violations);
        return
        [
            .. plan.Workloads
                .Select(w => $"{w.Service.Id.Name} x{w.Replicas.Length}: {string.Join(", ", w.Service.Ports.Select(p => $"{p.Name} {p.Protocol}{(p.External ? " external" : "")}"))}")
                .Order(StringComparer.Ordinal),
            .. plan.Workloads.SelectMany(w => w.Replicas).SelectMany(r => r.Listeners.Keys.Select(l => $"{r.Name} {l}")).Order(StringComparer.Ordinal),
            .. plan.Edges.Select(e => e.ToString()).Order(StringComparer.Ordinal),
        ];
    }

    private static MeshPlan FromFile()
    {
        var file = Checkout.PathTo("playground", "Shop", "mesh.yaml");
        var read = AppFileReader.Read(DocumentReader.Read(File.ReadAllText(file), "mesh.yaml").Documents.Single(), file);
        Assert.NotNull(read.App);
        return MeshPlanner.Plan(read.App.Description, PlanningTarget.Laptop, Counting());
    }

    private static async Task<MeshPlan> FromAppHostAsync()
    {
        var entryPoint = Assembly.Load("Shop.AppHost").EntryPoint!.DeclaringType!;
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync(entryPoint, [], (options, _) => options.DisableDashboard = true, Cancellation);
        var mesh = builder.Resources.OfType<MeshResource>().Single();
        await using var app = builder.Build();
        var preparation = new MeshPreparation(mesh, app.Services.GetRequiredService<IConfiguration>(), app.Services.GetRequiredService<IAspireStore>(), null);
        using var running = await preparation.PrepareAsync(
            app.Services.GetRequiredService<DistributedApplicationModel>(), app.Services.GetRequiredService<DistributedApplicationExecutionContext>(), Cancellation);
        return running.Plan;
    }

    private static PortSource Counting()
    {
        var next = 30000;
        return (_, _) => next++;
    }
}
