using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Docker.Tests;

/// <summary>A place without sidecars, such as Azure Container Apps, whose package brings all of Azure: it publishes the environment of each app as a text.</summary>
internal sealed class CloudApps : Resource, IComputeEnvironmentResource
{
    public CloudApps(string name)
        : base(name) => Annotations.Add(new PipelineStepAnnotation(_ =>
        {
            var step = new PipelineStep { Name = $"publish-{name}", Description = "Writes what each app finds in its environment.", Action = WriteAsync };
            step.RequiredBy(WellKnownPipelineSteps.Publish);
            return step;
        }));

    private async Task WriteAsync(PipelineStepContext context)
    {
        var folder = Directory.CreateDirectory(context.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory(this)).FullName;
        foreach (var app in context.Model.GetComputeResources().Where(r => r.GetComputeEnvironment() == this))
        {
            var variables = new Dictionary<string, object>();
            foreach (var annotation in app.Annotations.OfType<EnvironmentCallbackAnnotation>())
            {
                await annotation.Callback(new EnvironmentCallbackContext(context.ExecutionContext, app, variables, context.CancellationToken));
            }

            var lines = variables.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={(v.Value as IManifestExpressionProvider)?.ValueExpression ?? v.Value}");
            await File.WriteAllLinesAsync(Path.Combine(folder, $"{app.Name}.txt"), lines, context.CancellationToken);
        }
    }
}
