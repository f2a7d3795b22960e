using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Applying;

/// <summary>
/// Where the mesh steps into the start of an app. It plans in Aspire's pipeline, which follows every handler of <see cref="BeforeStartEvent"/> whenever that was subscribed:
/// what they add is in the plan. It looks at addresses first, so that others see front doors.
/// </summary>
internal static class MeshHooks
{
    private const string StepName = "plan-mesh";

    /// <summary>Adds them to an AppHost, once.</summary>
    public static void Add(IDistributedApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MeshStart>();
        var isRun = builder.ExecutionContext.IsRunMode;
        builder.Pipeline.AddStep(new PipelineStep
        {
            Name = StepName,
            Description = "Reads the app and puts the mesh into it.",
            Action = step => step.Services.GetRequiredService<MeshStart>().PrepareAsync(step.Model, step.ExecutionContext, step.CancellationToken),
            // Published, what is prepared for compute environments has the mesh in it.
            RequiredBySteps = [isRun ? WellKnownPipelineSteps.BeforeStart : WellKnownPipelineSteps.ValidateComputeEnvironments],
        });
        if (!isRun)
        {
            return;
        }

        builder.Pipeline.AddPipelineConfiguration(configuration =>
        {
            // The app is read as it will run: after everything else that prepares it.
            var ours = configuration.Steps.First(s => s.Name == StepName);
            foreach (var other in configuration.Steps.Where(s => s != ours && s.RequiredBySteps.Contains(WellKnownPipelineSteps.BeforeStart)))
            {
                ours.DependsOn(other);
            }

            return Task.CompletedTask;
        });
        builder.Eventing.Subscribe<ResourceEndpointsAllocatedEvent>((e, _) =>
        {
            e.Services.GetRequiredService<MeshStart>().ShowFrontDoors();
            return Task.CompletedTask;
        });
        builder.Eventing.Subscribe<BeforeResourceStartedEvent>((e, stop) => e.Services.GetRequiredService<MeshStart>().BeforeResourceAsync(e.Resource, stop));
    }
}
