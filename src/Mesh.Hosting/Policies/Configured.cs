namespace Mesh.Hosting.Policies;

/// <summary>Settings as a callback of the AppHost leaves them.</summary>
internal static class Configured
{
    /// <summary>Runs the callback at once, so that what it throws points to its line.</summary>
    public static T By<T>(Action<T>? configure)
        where T : new()
    {
        var settings = new T();
        configure?.Invoke(settings);
        return settings;
    }
}
