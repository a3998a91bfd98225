import './base.css';
import './map.css';
