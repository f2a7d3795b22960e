namespace Mesh.Proxy.Telemetry;

/// <summary>The least level that is logged; the admin endpoint turns it while the process runs.</summary>
internal sealed class LogLevelSwitch(LogLevel level)
{
    private volatile int _level = (int)level;

    /// <summary>The level.</summary>
    public LogLevel Level
    {
        get => (LogLevel)_level;
        set => _level = (int)value;
    }

    /// <summary>Whether lines of this level are written.</summary>
    public bool IsEnabled(LogLevel level) => level != LogLevel.None && (int)level >= _level;
}
